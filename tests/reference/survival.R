# Golden values of survival analysis from R, and the data of R's survival package they are of.
# Run by hand where R is; it writes survival_r.csv, survival_colon.csv and survival_mgus2.csv here:
#   cd tests/reference && Rscript survival.R FREIREICH_6MP.CSV
# freireich: a median. colon: two rows per patient (recurrence, death), so
# clustered limits. mgus2: plasma cell malignancy and death as competing events, in months.
library(survival)
options(digits = 17)

sink("survival_r.csv")
cat(paste("# R", getRversion(), "survival", packageVersion("survival")), "\n")
cat("data,group,what,time,at_risk,value,low,high\n")
number <- function(x) ifelse(is.na(x), "", format(x, digits = 15, trim = TRUE))
row <- function(data, group, what, time, risk, value, low, high) {
  cat(paste(data, group, what, number(time), number(risk), number(value), number(low),
            number(high), sep = ","), sep = "\n")
}

patients <- read.csv(commandArgs(trailingOnly = TRUE)[1])
for (arm in unique(patients$arm)) {
  fit <- survfit(Surv(time, status) ~ 1, data = patients[patients$arm == arm, ],
                 conf.type = "log-log")
  found <- summary(fit)$table
  row("freireich", arm, "median", NA, NA, found["median"], found["0.95LCL"], found["0.95UCL"])
}

observed <- colon[colon$rx == "Obs", ]
fit <- survfit(Surv(time, status) ~ 1, data = observed, cluster = id,
               conf.type = "log-log")
at <- summary(fit, times = c(100, 365, 730, 1500, 2500))
row("colon", "Obs", "still", at$time, at$n.risk, at$surv, at$lower, at$upper)

months <- with(mgus2, ifelse(pstat == 0, futime, ptime))
way <- with(mgus2, factor(ifelse(pstat == 0, 2 * death, 1), 0:2,
                          labels = c("censored", "malignancy", "death")))
for (sex in c("F", "M")) {
  here <- mgus2$sex == sex
  fit <- survfit(Surv(months[here], way[here]) ~ 1, conf.type = "log-log")
  at <- summary(fit, times = c(12, 60, 120, 240, 360))
  for (name in c("(s0)", "malignancy", "death")) {
    place <- which(fit$states == name)
    row("mgus2", sex, sub("(s0)", "still", name, fixed = TRUE), at$time, at$n.risk[, 1],
        at$pstate[, place], at$lower[, place], at$upper[, place])
  }
}
sink()

write.csv(observed[c("id", "time", "status")], "survival_colon.csv", row.names = FALSE)
counted <- aggregate(list(n = rep(1, length(months))),
                     list(time = months, way = way, sex = mgus2$sex), sum)
write.csv(counted, "survival_mgus2.csv", row.names = FALSE, quote = FALSE)
