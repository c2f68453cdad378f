/** Proofs of what takes the place of a view: the law that nothing else changes, and what readers notice. */
@NullMarked
package dev.matview.operator.postgres.replacement;

import org.jspecify.annotations.NullMarked;
