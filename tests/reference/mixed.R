# Golden values of the mixed model from R's lme4, and the data they are of.
# Run by hand where R is; it writes mixed_r.csv and mixed_sleep.csv here:
#   cd tests/reference && Rscript mixed.R
# sleepstudy ships with lme4: reaction times over days of lost sleep. From the third day on every
# fourth row is left out, so that patients and days differ in how many they have.
suppressMessages(library(lme4))
options(digits = 17)

sleep <- sleepstudy[!(sleepstudy$Days > 2 & seq_len(nrow(sleepstudy)) %% 4 == 0), ]
sleep <- data.frame(patient_key = as.character(sleep$Subject), week = sleep$Days,
                    score = sleep$Reaction)
write.csv(sleep, "mixed_sleep.csv", row.names = FALSE, quote = FALSE)

sink("mixed_r.csv")
cat(paste("# R", getRversion(), "lme4", packageVersion("lme4")), "\n")
cat("model,what,week,value,error\n")
row <- function(model, what, week, value, error = NA) {
  number <- function(x) ifelse(is.na(x), "", format(x, digits = 15, trim = TRUE))
  cat(paste(model, what, number(week), number(value), number(error), sep = ","), sep = "\n")
}
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
models <- list(slopes = score ~ 0 + factor(week) + (week | patient_key),
               intercepts = score ~ 0 + factor(week) + (1 | patient_key))
for (name in names(models)) {
  fit <- lmer(models[[name]], sleep, control = control)
  row(name, "mean", 0:9, fixef(fit), sqrt(diag(as.matrix(vcov(fit)))))
  between <- as.matrix(VarCorr(fit)$patient_key)
  row(name, "between", NA, between[lower.tri(between, diag = TRUE)])
  row(name, "within", NA, sigma(fit)^2)
}
sink()
