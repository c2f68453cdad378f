/**
 * Everything that speaks SQL: connections from a Secret's values, the catalog, what is checked before a refresh, the
 * refresh itself, and what an error of the server means. Nothing here knows of Kubernetes.
 */
@NullMarked
package dev.matview.operator.postgres;

import org.jspecify.annotations.NullMarked;
