# Golden values of partial pooling from R, by adaptive integration instead of a grid.
# Run by hand where R is; it writes pooling_r.csv here: cd tests/reference && Rscript pooling.R
# batting: hits of 18 players in their first 45 at-bats of 1970 (Efron and Morris 1975, J Am Stat
# Assoc 70:311, table 1). Uniform prior of the common mean; density (1 - share)^2 of the share drawn.
options(digits = 17)
met <- c(18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7)
n <- rep(45, length(met))

likely <- function(mean, share) {
  precision <- 45 * share / (1 - share)
  a <- mean * precision
  b <- (1 - mean) * precision
  exp(sum(lbeta(a + met, b + n - met) - lbeta(a, b)) + 215) * (1 - share)^2
}
over <- function(f) {
  inner <- function(share) integrate(function(means) {
    vapply(means, function(mean) likely(mean, share) * f(mean, 45 * share / (1 - share)), 0)
  }, 0.1, 0.5, rel.tol = 1e-7)$value
  integrate(function(shares) vapply(shares, inner, 0), 1e-6, 1 - 1e-6, rel.tol = 1e-6)$value
}
whole <- over(function(mean, precision) 1)

sink("pooling_r.csv")
cat("# R", as.character(getRversion()), "\n")
cat("player,met,pooled,low,high\n")
for (player in c(1, 9, 18)) {
  y <- met[player]
  pooled <- over(function(m, s) (m * s + y) / (s + 45)) / whole
  below <- function(p) over(function(m, s) pbeta(p, m * s + y, (1 - m) * s + 45 - y)) / whole
  at <- function(share) uniroot(function(p) below(p) - share, c(0.1, 0.6), tol = 1e-7)$root
  cat(player, y, pooled, at(0.025), at(0.975), sep = ",")
  cat("\n")
}
sink()
