@NullMarked
package dev.matview.operator.command;

import org.jspecify.annotations.NullMarked;
