/**
 * Relations that take the place of others under their readers: the two sides of a facade, adoption and its way back.
 * What is carried over, what is refused, and how locks are taken without stalling anybody.
 */
@NullMarked
package dev.matview.operator.postgres.replacement;

import org.jspecify.annotations.NullMarked;
