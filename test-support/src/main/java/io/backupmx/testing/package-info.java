/** Independent peers for the tests; shares no code with what it tests. */
@NullMarked
package io.backupmx.testing;

import org.jspecify.annotations.NullMarked;
