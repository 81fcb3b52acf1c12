/** The relay tables, loaded anew while a service runs. */
@NullMarked
package io.backupmx.reload;

import org.jspecify.annotations.NullMarked;
