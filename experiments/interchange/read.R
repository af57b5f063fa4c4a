# Reads export/runs.csv with its types and labels, prints an outcome at each design point, and draws it.
# In R: source("read.R"). In a shell: Rscript read.R [FIGURE.pdf]. Base R is enough.
# It leaves: runs (a row per run), codebook (a row per column), results (what was printed),
# and results_of(), which takes another outcome.

study <- @STUDY@
outcome <- @OUTCOME@       # another choice: @OUTCOMES@
setting <- @SETTING@       # exposed and unexposed arms of a replicate agree in these columns
factors <- @FACTORS@
level <- 0.95
most_rows <- 40

codebook <- as.data.frame(
  matrix(
    c(
@CODEBOOK@
    ),
    ncol = 5, byrow = TRUE, dimnames = list(NULL, c("column", "class", "unit", "meaning", "formula"))
  ),
  stringsAsFactors = FALSE
)

here <- local({
  script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
  sourced <- unlist(lapply(sys.frames(), function(frame) frame$ofile))
  dirname(gsub("~+~", " ", c(rev(sourced), script, "read.R")[1], fixed = TRUE))
})

runs <- read.csv(
  file.path(here, "export", "runs.csv"),
  check.names = FALSE, na.strings = "", encoding = "UTF-8",
  colClasses = setNames(ifelse(codebook$class == "factor", "character", codebook$class), codebook$column)
)
for (i in seq_len(nrow(codebook))) {
  name <- codebook$column[i]
  if (codebook$class[i] == "factor") runs[[name]] <- factor(runs[[name]], unique(runs[[name]]))
  attr(runs[[name]], "label") <- codebook$meaning[i]
}

# Interval of a proportion (Wilson 1927).
wilson <- function(events, n) {
  z <- qnorm(0.5 + level / 2)
  p <- events / n
  half <- z * sqrt(p * (1 - p) / n + z^2 / (4 * n^2))
  pmin(pmax((p + z^2 / (2 * n) + c(-1, 1) * half) / (1 + z^2 / n), 0), 1)
}

# Interval of a paired risk difference (Newcombe 1998, Statistics in Medicine 17:2635, method 10).
newcombe <- function(treated, control) {
  n <- length(treated)
  both <- sum(treated == 1 & control == 1)
  neither <- sum(treated == 0 & control == 0)
  margins <- prod(sum(treated), n - sum(treated), sum(control), n - sum(control))
  numerator <- both * neither - sum(treated > control) * sum(treated < control)
  if (numerator > 0) numerator <- max(numerator - n / 2, 0)
  phi <- if (margins > 0) numerator / sqrt(margins) else 0
  one <- wilson(sum(treated), n)
  two <- wilson(sum(control), n)
  half <- function(a, b) sqrt(max(a^2 - 2 * phi * a * b + b^2, 0))
  low <- half(mean(treated) - one[1], two[2] - mean(control))
  high <- half(one[2] - mean(treated), mean(control) - two[1])
  pmin(pmax(mean(treated) - mean(control) + c(-low, high), -1), 1)
}

student <- function(x) {
  mean(x) + c(-1, 1) * qt(0.5 + level / 2, length(x) - 1) * sd(x) / sqrt(length(x))
}

# Values of the factors that differ between rows, such as "visibility 1, asset_vote_effect 2"; else the arm.
labels_of <- function(rows) {
  varied <- Filter(function(name) length(unique(rows[[name]])) > 1, factors)
  if (length(varied) == 0) return(as.character(rows$arm))
  parts <- lapply(varied, function(name) paste(sub("^[^.]*[.]", "", name), rows[[name]]))
  labels <- do.call(paste, c(parts, sep = ", "))
  if (anyDuplicated(labels)) paste0(labels, " (", rows$arm, ")") else labels
}

# One row per design point and exposed arm: the paired difference of an outcome from zero exposure, with its interval.
# Without an unexposed arm: one row per design point and arm, with the mean of the outcome.
results_of <- function(outcome) {
  rows <- runs[!is.na(runs[[outcome]]), ]
  rows$value <- rows[[outcome]]
  zero <- if ("breadth" %in% names(rows)) rows$breadth == 0 else rep(FALSE, nrow(rows))
  paired <- any(zero) && any(!zero)
  if (paired) {
    control <- rows[zero, c(setting, "replicate", "value")]
    names(control)[ncol(control)] <- "control"
    rows$order <- seq_len(nrow(rows))
    rows <- merge(rows[!zero, ], control, by = c(setting, "replicate"))
    rows <- rows[order(rows$order), ]
  }
  group <- do.call(paste, c(rows[intersect(c("point", "arm"), names(rows))], sep = "\r"))
  groups <- split(rows, factor(group, unique(group)))
  estimates <- vapply(groups, function(part) {
    event <- all(part$value %in% c(0, 1))
    if (paired) {
      difference <- part$value - part$control
      event <- event && all(part$control %in% c(0, 1))
      limits <- if (event) newcombe(part$value, part$control) else student(difference)
      c(nrow(part), mean(difference), limits)
    } else {
      limits <- if (event) wilson(sum(part$value), nrow(part)) else student(part$value)
      c(nrow(part), mean(part$value), limits)
    }
  }, numeric(4))
  first <- do.call(rbind, lapply(groups, function(part) part[1, ]))
  table <- data.frame(
    first[intersect(c("point", factors, "arm"), names(first))],
    n = estimates[1, ], estimate = estimates[2, ], low = estimates[3, ], high = estimates[4, ],
    check.names = FALSE, row.names = NULL
  )
  attr(table, "labels") <- labels_of(first)
  attr(table, "title") <- paste(if (paired) "Difference from zero exposure:" else "Mean:", outcome)
  table
}

draw <- function(results) {
  labels <- head(attr(results, "labels"), most_rows)
  shown <- head(results, most_rows)
  places <- rev(seq_along(labels))
  plot.new()
  left <- max(strwidth(labels, units = "inches")) + 0.4
  old <- par(mai = c(0.9, left, 0.7, 0.3))
  on.exit(par(old))
  plot.window(range(0, shown$estimate, shown$low, shown$high, na.rm = TRUE), c(0.5, length(places) + 0.5))
  abline(v = 0, lty = 2, col = "grey40")
  segments(shown$low, places, shown$high, places)
  points(shown$estimate, places, pch = 19)
  axis(1)
  axis(2, places, labels, las = 1, tick = FALSE)
  title(attr(results, "title"), xlab = sprintf("estimate with %g%% interval", 100 * level))
  mtext(study, side = 3, line = 0.2, cex = 0.8)
}

results <- results_of(outcome)
cat(study, "\n", attr(results, "title"), sprintf(" (n pairs or runs; %g%% interval)\n", 100 * level), sep = "")
print(
  head(cbind(at = attr(results, "labels"), results[c("n", "estimate", "low", "high")]), most_rows),
  digits = 3, row.names = FALSE, right = FALSE
)
if (nrow(results) > most_rows) cat("...", nrow(results) - most_rows, "more rows in the data frame results\n")
if (interactive()) {
  draw(results)
} else if (length(commandArgs(trailingOnly = TRUE)) > 0) {
  local({
    pdf(commandArgs(trailingOnly = TRUE)[1], width = 8, height = 2 + 0.25 * min(nrow(results), most_rows))
    on.exit(dev.off())
    draw(results)
  })
}
