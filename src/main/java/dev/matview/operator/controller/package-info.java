/**
 * The reconciler: reads a resource, decides what is next, starts it, and writes what happened to the status. The
 * decisions are pure functions ({@link dev.matview.operator.controller.NextStep},
 * {@link dev.matview.operator.controller.StatusUpdate}); Kubernetes is spoken to by few classes around them.
 */
@NullMarked
package dev.matview.operator.controller;

import org.jspecify.annotations.NullMarked;
