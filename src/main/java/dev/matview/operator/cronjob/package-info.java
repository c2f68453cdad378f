/**
 * Refreshes in pods: the CronJob that a resource gets, the command that its pod runs, and what becomes of its Jobs. The
 * command's side knows nothing of Kubernetes but its own files and environment.
 */
@NullMarked
package dev.matview.operator.cronjob;

import org.jspecify.annotations.NullMarked;
