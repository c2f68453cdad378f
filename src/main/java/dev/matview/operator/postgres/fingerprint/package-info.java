/**
 * Whether a refresh would change anything: everything that a view's content depends on, read in a few milliseconds and
 * compared with what was read before the last refresh. What is not known to be safe counts as changed.
 */
@NullMarked
package dev.matview.operator.postgres.fingerprint;

import org.jspecify.annotations.NullMarked;
