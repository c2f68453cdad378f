@NullMarked
package dev.matview.operator.controller;

import org.jspecify.annotations.NullMarked;
