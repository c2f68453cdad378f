@NullMarked
package dev.matview.operator;

import org.jspecify.annotations.NullMarked;
