# Limits of p', g, t and screened i charts by qicharts2 0.8.1, and point rules by NHSRplotthedots,
# for series drawn here. Rscript control_charts.R QICHARTS2 NHSRPLOTTHEDOTS, two source folders,
# writes control_charts_r.csv beside this script. Needs dplyr, stringr, tidyselect, rlang.
folders <- commandArgs(trailingOnly = TRUE)
suppressMessages(library(dplyr))
`%||%` <- rlang::`%||%`
source(file.path(folders[1], "R", "helper.functions.R"))
source(file.path(folders[2], "R", "ptd_spc_standard.R"))
# dplyr before 1.1 knows no .default.
rules <- readLines(file.path(folders[2], "R", "ptd_calculate_point_type.R"))
eval(parse(text = gsub("\\.default =", "TRUE ~", rules)))
set.seed(20261126)

shewhart <- function(chart, draw, screened = FALSE) {
  options(qic.screenedmr = screened)
  n <- length(draw$y)
  frame <- data.frame(
    x = seq_len(n), y = draw$y, y.sum = draw$sum, n = draw$n, cl = as.numeric(NA),
    baseline = TRUE, include = TRUE
  )
  frame <- get(paste0("qic.", chart))(frame)
  data.frame(
    chart = paste0(chart, if (screened) "_screened" else ""), series = 0, place = seq_len(n),
    numerator = draw$sum, denominator = draw$n, centre = frame$cl, lower = frame$lcl,
    upper = frame$ucl, near_lower = frame$lcl.95, near_upper = frame$ucl.95, rule = ""
  )
}

sizes <- sample(20:60, 24, replace = TRUE)
met <- rbinom(24, sizes, plogis(rnorm(24, 0, 0.6)))
shares <- list(y = met / sizes, sum = met, n = sizes)
counted <- function(y) list(y = y, sum = y, n = rep(1, length(y)))
level <- round(c(rnorm(11, 50, 4), 90, rnorm(12, 50, 4)), 1)
charts <- rbind(
  shewhart("pp", shares),
  shewhart("g", counted(rgeom(18, 0.08))),
  shewhart("t", counted(ceiling(rexp(18, 1 / 30)))),
  shewhart("i", counted(level)),
  shewhart("i", counted(level), screened = TRUE)
)

dots <- function(series, y, screened) {
  options <- list(
    value_field = "y", date_field = "x", facet_field = NULL, fix_after_n_points = NULL,
    trajectory = NULL, screen_outliers = screened
  )
  frame <- tibble(x = seq_along(y), y = y, rebase = 0)
  drawn <- ptd_spc_standard(frame, options) |> ptd_calculate_point_type(1)
  data.frame(
    chart = if (screened) "nhs_screened" else "nhs", series = series, place = seq_along(y),
    numerator = y, denominator = 1, centre = drawn$mean_col, lower = drawn$lpl, upper = drawn$upl,
    near_lower = NA, near_upper = NA, rule = drawn$special_cause_type
  )
}

# Whole numbers with drifts and steps, so that ties and every rule occur.
drifting <- function(n) {
  noise <- sample(c(0.5, 2), 1)
  round(rnorm(n, 20, noise) + cumsum(rnorm(n, 0, 2.4 - noise)) + 3 * (seq_len(n) > n / 2))
}
for (series in 1:30) {
  charts <- rbind(charts, dots(series, drifting(sample(8:30, 1)), series %% 2 == 0))
}
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
write.csv(charts, file.path(here, "control_charts_r.csv"), row.names = FALSE, quote = FALSE)
