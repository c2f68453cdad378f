/**
 * Those outside of the database who are told of a run: a Redis server whose keys are deleted, an HTTP server that gets an
 * event. Hosts are the ones that the operator's configuration allows; everything is bounded, as the other side may be
 * anybody's. Nothing here knows of Kubernetes: credentials come as values.
 */
@NullMarked
package dev.matview.operator.hook;

import org.jspecify.annotations.NullMarked;
