/**
 * The resource {@code MaterializedViewRefresh} as Java types. The custom resource definition under {@code crds/} is
 * generated from them: a description here is what {@code kubectl explain} prints.
 */
@NullMarked
package dev.matview.operator.api;

import org.jspecify.annotations.NullMarked;
