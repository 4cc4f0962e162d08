# Segmented regression of shares with autocorrelation-robust limits, by R's lm, hatvalues and
# sandwich. Rscript event_effect.R writes event_effect_r.csv beside this script.
library(sandwich)
options(digits = 17)
place <- c(0:8, 10:23)
n <- c(21, 18, 25, 30, 22, 19, 27, 24, 26, 20, 23, 28, 31, 25, 22, 26, 29, 24, 27, 30, 21, 25, 28)
met <- c(9, 8, 10, 14, 9, 8, 13, 10, 12, 9, 11, 17, 19, 14, 13, 16, 17, 15, 18, 19, 12, 16, 18)
since <- place - 11
after <- as.numeric(since >= 0)
share <- met / n
fit <- lm(share ~ since + after + I(after * since), weights = n)
plain <- NeweyWest(fit, lag = 1, prewhite = FALSE, adjust = FALSE)

# The same with residuals over 1 - leverage.
scores <- estfun(fit) / (1 - hatvalues(fit))
meat <- crossprod(scores)
lagged <- crossprod(scores[-1, ], scores[-nrow(scores), ])
meat <- meat + 0.5 * (lagged + t(lagged))
bread <- solve(crossprod(model.matrix(fit) * sqrt(n)))
robust <- bread %*% meat %*% bread
b <- 2 / length(n)
critical <- qt(0.975, length(n) - 4) * (1 + (2.9694 * b + 0.4160 * b^2 - 0.5324 * b^3) / qnorm(0.975))
found <- data.frame(
  term = c("change", "drift"), value = coef(fit)[3:4],
  low = coef(fit)[3:4] - critical * sqrt(diag(robust)[3:4]),
  high = coef(fit)[3:4] + critical * sqrt(diag(robust)[3:4]),
  newey_west = sqrt(diag(plain)[3:4])
)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
write.csv(found, file.path(here, "event_effect_r.csv"), row.names = FALSE, quote = FALSE)
