# Funnel limits and over-dispersion by R's qbinom, qpois and metafor, of two published data sets that
# R packages hold: herds with bovine pneumonia (lme4's cbpp: cases of animals, summed by herd) and
# deaths after heart attacks by hospital team (metadat's dat.yusuf1985, placebo groups with 20 or more).
# Rscript funnel.R writes funnel_r.csv beside this script.
suppressMessages({library(metafor); library(lme4)})
options(digits = 17)

limit <- function(count, tail, p, cdf, size) {
  r <- count(tail, size, p)
  (r - (cdf(r, size, p) - tail) / (cdf(r, size, p) - cdf(r - 1, size, p)) + 0.5) / size
}
bounded <- function(x, top) pmin(pmax(x, 0), top)
binomial <- list(q = function(t, n, p) qbinom(t, n, p), p = function(r, n, p) pbinom(r, n, p))

told <- function(data, kind, y, size, target, fun, top) {
  value <- y / size
  sigma <- sqrt(target * (1 - target) / size)
  z <- (value - target) / sigma
  fit <- rma(yi = value, vi = sigma^2, method = "DL")
  ends <- quantile(z, c(0.1, 0.9))
  zw <- pmin(pmax(z, ends[1]), ends[2])
  data.frame(
    data = data, kind = kind, y = y, size = size, target = target,
    low_95 = bounded(limit(fun$q, 0.025, target, fun$p, size), top),
    high_95 = bounded(limit(fun$q, 0.975, target, fun$p, size), top),
    low_998 = bounded(limit(fun$q, 0.001, target, fun$p, size), top),
    high_998 = bounded(limit(fun$q, 0.999, target, fun$p, size), top),
    phi = fit$QE / length(y), tau = sqrt(fit$tau2), phi_winsorised = mean(zw^2)
  )
}

herds <- aggregate(cbind(incidence, size) ~ herd, data = cbpp, sum)
teams <- dat.yusuf1985[dat.yusuf1985$table == "6" & !is.na(dat.yusuf1985$n2i) &
  dat.yusuf1985$n2i >= 20, ]
share <- sum(teams$ci) / sum(teams$n2i)
found <- rbind(
  told("cbpp", "rate", herds$incidence, herds$size, sum(herds$incidence) / sum(herds$size), binomial, 1),
  told("yusuf1985", "rate", teams$ci, teams$n2i, share, binomial, 1)
)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
write.csv(found, file.path(here, "funnel_r.csv"), row.names = FALSE, quote = FALSE)
