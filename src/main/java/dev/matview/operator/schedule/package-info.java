/**
 * When a materialized view is due: cron expressions, time zones, and runs that were missed.
 *
 * <p>Everything here is a pure function of its arguments. Nothing reads a clock, knows Kubernetes or speaks to a database: the
 * caller says what time it is and from where to look, so that the same question has the same answer after a restart. Every question
 * has a bound on its work, however long ago the last run was.
 *
 * <p>The dialect, and what happens when clocks change, are those of the Kubernetes CronJob controller: a view that the operator
 * refreshes itself and one whose refresh it leaves to a CronJob fire at the same instants. {@link
 * dev.matview.operator.schedule.Schedule} is the way in, {@link dev.matview.operator.schedule.Due} its answer.
 */
@NullMarked
package dev.matview.operator.schedule;

import org.jspecify.annotations.NullMarked;
