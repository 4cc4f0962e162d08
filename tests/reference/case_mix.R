# Golden values of observed over expected, of its exact limits and of calibration, from R.
# Run by hand where R is; it writes case_mix_r.csv and case_mix_birthwt.csv here:
#   cd tests/reference && Rscript case_mix.R
# birthwt ships with MASS: 189 births, low birth weight as the outcome; groups are those with no,
# one, and more visits to a physician. Limits invert the exact distribution of the sum.
library(MASS)
options(digits = 17)

births <- data.frame(low = birthwt$low, weight = birthwt$lwt / 300, race = birthwt$race,
                     smoke = birthwt$smoke, younger = as.integer(birthwt$age < 23),
                     visits = pmin(birthwt$ftv, 2))
write.csv(births, "case_mix_birthwt.csv", row.names = FALSE, quote = FALSE)

sink("case_mix_r.csv")
cat(paste("# R", getRversion(), "MASS", packageVersion("MASS")), "\n")
cat("what,name,value,low,high\n")
row <- function(what, name, value, low = NA, high = NA) {
  number <- function(x) ifelse(is.na(x), "", format(x, digits = 15, trim = TRUE))
  cat(paste(what, name, number(value), number(low), number(high), sep = ","), sep = "\n")
}

model <- glm(low ~ weight + (race == 3) + smoke + younger, binomial, births)
row("coefficient", c("constant", "weight", "race", "smoke", "younger"), coef(model),
    sqrt(diag(vcov(model))))

met <- function(p) Reduce(function(f, q) c(f * (1 - q), 0) + c(0, f * q), p, 1)
limits <- function(o, p, half) {
  n <- length(p)
  moved <- function(shift) plogis(qlogis(p) + shift)
  tail <- function(shift, side) {
    f <- met(moved(shift))
    rest <- if (side == "over") sum(f[-(1:(o + 1))]) else sum(f[seq_len(o)])
    rest + half * f[o + 1] - 0.025
  }
  at <- function(side) sum(moved(uniroot(tail, c(-20, 20), side = side, tol = 1e-12)$root))
  c(if (o == 0) 0 else at("over"), if (o == n) n else at("under")) / sum(p)
}
for (visits in 0:2) {
  here <- births$visits == visits
  p <- fitted(model)[here]
  o <- sum(births$low[here])
  mid <- limits(o, p, 0.5)
  full <- limits(o, p, 1)
  row("ratio", visits, o / sum(p), mid[1], mid[2])
  row("ratio full", visits, o / sum(p), full[1], full[2])
}

odds <- round(0.4 - 2 * births$weight + 0.7 * births$smoke, 9)
slope <- glm(births$low ~ odds, family = binomial)
row("slope", "given", coef(slope)[2])
pairs <- wilcox.test(odds[births$low == 1], odds[births$low == 0], exact = FALSE)$statistic
row("concordance", "given", pairs / (sum(births$low) * sum(1 - births$low)))

for (o in c(0, 3, 10, 25)) {
  exact <- poisson.test(o)$conf.int
  row("poisson", o, o, exact[1], exact[2])
}
sink()
