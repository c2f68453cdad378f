/** Real servers for the tests: PostgreSQL 14 to 18 with their databases, roles and certificates. */
@NullMarked
package dev.matview.operator.testing;

import org.jspecify.annotations.NullMarked;
