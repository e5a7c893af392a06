package io.heliograph.cli.load.meter;

/**
 * Something that must not happen, with what helps to find out why.
 *
 * @param kind {@code lost}, {@code doubled}, {@code order}, {@code misrouted} or {@code corrupt}
 * @param user who saw it, or should have
 * @param log {@code user} or {@code broadcast}
 * @param sequence the event's number, -1 where that is unknown
 * @param atMs when it was noticed, in ms since the start of the run
 * @param connection which of the user's connections saw it, from 1
 * @param detail a sentence for people
 */
public record Violation(
    String kind,
    String user,
    String log,
    long sequence,
    long atMs,
    int connection,
    String detail) {}
