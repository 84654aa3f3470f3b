/** Which class opens which kind of vault: the one place that knows all of them. */
@NullMarked
package ai.scailabs.vault.federation.vendor;

import org.jspecify.annotations.NullMarked;
