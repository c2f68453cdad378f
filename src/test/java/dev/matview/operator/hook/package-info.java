@NullMarked
package dev.matview.operator.hook;

import org.jspecify.annotations.NullMarked;
