/**
 * One run after the other: a request becomes a task on a virtual thread, within the limits, and its outcome waits until
 * it was recorded. At most one run for each key; what is asked for meanwhile is the caller's to ask for again.
 */
@NullMarked
package dev.matview.operator.refresh;

import org.jspecify.annotations.NullMarked;
