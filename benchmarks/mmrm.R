# The models of mmrm.py in R, for a run side by side: Rscript benchmarks/mmrm.R NAME FILE RUNS prints "step,seconds" lines.
suppressMessages({library(mmrm); library(emmeans)})
given <- commandArgs(trailingOnly = TRUE)
data <- read.csv(given[2], stringsAsFactors = TRUE)
model <- list(
  fev = list(FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID), ~ ARMCD | AVISIT),
  bcva = list(BCVA_CHG ~ BCVA_BL + RACE + ARMCD * AVISIT + us(AVISIT | USUBJID), ~ ARMCD | AVISIT),
  `1000x5` = list(AVAL ~ ARM * VISIT + BASE * VISIT + REGION + us(VISIT | USUBJID), ~ ARM | VISIT),
  `5000x5` = list(AVAL ~ ARM * VISIT + BASE * VISIT + REGION + us(VISIT | USUBJID), ~ ARM | VISIT))[[given[1]]]
for (name in c("USUBJID", "VISIT", "AVISIT")) if (!is.null(data[[name]])) data[[name]] <- factor(data[[name]])
steps <- list(
  fit = function() mmrm(model[[1]], data = data),
  satterthwaite = function() contrast(emmeans(mmrm(model[[1]], data = data), model[[2]]), "trt.vs.ctrl"),
  `kenward-roger-linear` = function() contrast(emmeans(
    mmrm(model[[1]], data = data, control = mmrm_control(method = "Kenward-Roger", vcov = "Kenward-Roger-Linear")), model[[2]]), "trt.vs.ctrl"))
for (step in names(steps)) {
  answer <- function() capture.output(print(steps[[step]]()))
  answer()
  times <- sapply(seq_len(as.integer(given[3])), function(run) { gc(); system.time(answer())[["elapsed"]] })
  cat(sprintf("time,%s,%.4f\n", step, median(times)))
}
