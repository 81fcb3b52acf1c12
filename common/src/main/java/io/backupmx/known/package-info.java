/** Which recipients are known to exist, whoever said so; shared by all processes of a spool. */
@NullMarked
package io.backupmx.known;

import org.jspecify.annotations.NullMarked;
