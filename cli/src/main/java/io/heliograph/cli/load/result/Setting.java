package io.heliograph.cli.load.result;

/**
 * One choice of a run, as the report states it.
 *
 * @param option the long name without dashes: {@code slow-read}
 * @param value as the user would write it: {@code 2200/s}
 * @param comparable whether two runs must agree on it before their metrics may be compared
 */
public record Setting(String option, String value, boolean comparable) {}
