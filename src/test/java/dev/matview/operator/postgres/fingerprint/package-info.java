@NullMarked
package dev.matview.operator.postgres.fingerprint;

import org.jspecify.annotations.NullMarked;
