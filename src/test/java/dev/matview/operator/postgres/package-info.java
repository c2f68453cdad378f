@NullMarked
package dev.matview.operator.postgres;

import org.jspecify.annotations.NullMarked;
