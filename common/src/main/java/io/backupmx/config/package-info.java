/** The configuration file as records: defaults, ranges, overrides, and every problem at once. */
@NullMarked
package io.backupmx.config;

import org.jspecify.annotations.NullMarked;
