/** What an operator sees of a running service: health, metrics, mail log. */
@NullMarked
package io.backupmx.ops;

import org.jspecify.annotations.NullMarked;
