/**
 * What all connections to the outside have in common, whatever is spoken over them: which hosts and addresses are allowed,
 * whose certificates are trusted, and when it must be over.
 */
@NullMarked
package dev.matview.operator.net;

import org.jspecify.annotations.NullMarked;
