# Golden values of Turnbull's estimate from R's survival package, of times drawn here.
# Run by hand where R is; it writes interval_censored.csv and interval_censored_r.csv here:
#   cd tests/reference && Rscript interval_censored.R
# 80 times, exponential with a mean of 90 days, looked for about every 30 days by 12 % fewer each time.
library(survival)
options(digits = 17)
set.seed(20261127)

one <- function(number) {
  end <- rexp(1, 1 / 90); day <- 0; seen <- 0; by <- NA
  while (runif(1) > 0.12 && day < 300) {
    day <- day + max(3, round(rnorm(1, 30, 8)))
    if (day >= end) { by <- day; break }
    seen <- day
  }
  data.frame(patient_key = number, after = seen, by = by)
}
drawn <- do.call(rbind, lapply(1:80, one))
write.csv(drawn, "interval_censored.csv", row.names = FALSE, na = "")

fit <- survfit(Surv(ifelse(after == 0, NA, after), by, type = "interval2") ~ 1, data = drawn)
sink("interval_censored_r.csv")
cat(paste("# R", getRversion(), "survival", packageVersion("survival")), "\n")
write.csv(data.frame(time = fit$time, share = fit$surv), row.names = FALSE)
sink()
