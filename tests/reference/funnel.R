# Funnel limits and over-dispersion by R's qbinom, qhyper and metafor, of two published data sets that
# R packages hold: herds with bovine pneumonia (lme4's cbpp: cases of animals, summed by herd) and
# deaths after heart attacks by hospital team (metadat's dat.yusuf1985, placebo groups with 20 or more).
# low_, high_: about a known chance; part_: about the whole that a group is a part of.
# Rscript funnel.R writes funnel_r.csv beside this script.
suppressMessages({library(metafor); library(lme4)})
options(digits = 17)

limit <- function(tail, n, q, cdf, pmf) {
  r <- q(tail)
  pmin(pmax((r - (cdf(r) - tail) / pmf(r) + 0.5) / n, 0), 1)
}
known <- function(tail, n, p)
  limit(tail, n, function(t) qbinom(t, n, p), function(r) pbinom(r, n, p), function(r) dbinom(r, n, p))
within <- function(tail, n, met, all)
  limit(tail, n, function(t) qhyper(t, met, all - met, n), function(r) phyper(r, met, all - met, n),
        function(r) dhyper(r, met, all - met, n))

told <- function(data, y, size) {
  met <- sum(y)
  all <- sum(size)
  target <- met / all
  variance <- target * (1 - target) / size
  z <- (y / size - target) / sqrt(variance * (1 - size / all))
  fit <- rma(yi = y / size, vi = variance, method = "DL")
  ends <- quantile(z, c(0.1, 0.9))
  tails <- c(low_95 = 0.025, high_95 = 0.975, low_998 = 0.001, high_998 = 0.999)
  alone <- sapply(tails, known, n = size, p = target)
  part <- sapply(tails, within, n = size, met = met, all = all)
  colnames(part) <- paste0("part_", names(tails))
  data.frame(
    data = data, y = y, size = size, target = target, alone, part,
    phi = fit$QE / (length(y) - 1), tau = sqrt(fit$tau2), phi_winsorised = mean(pmin(pmax(z, ends[1]), ends[2])^2)
  )
}

herds <- aggregate(cbind(incidence, size) ~ herd, data = cbpp, sum)
teams <- dat.yusuf1985[dat.yusuf1985$table == "6" & !is.na(dat.yusuf1985$n2i) &
  dat.yusuf1985$n2i >= 20, ]
found <- rbind(told("cbpp", herds$incidence, herds$size), told("yusuf1985", teams$ci, teams$n2i))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
write.csv(found, file.path(here, "funnel_r.csv"), row.names = FALSE, quote = FALSE)
