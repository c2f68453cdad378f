/**
 * What the program does when it is called by a person, with the name of a command: {@code discover}. A command starts
 * nothing that only the operator needs, speaks to a database and to nobody else, and answers on its standard output.
 *
 * <p>It is a room of its own, beside the CronJob's: both are ways into the program, the controller's main class chooses
 * between them, and none uses the other. It stands on {@code postgres} directly, because a command is no run.
 */
@NullMarked
package dev.matview.operator.command;

import org.jspecify.annotations.NullMarked;
