/** Opens vaults of any kind. The only package that knows all vendors, whose classes are loaded when the first vault of theirs is opened. Start with {@link ai.scailabs.vault.federation.vendor.VendorVaults}. */
@NullMarked
package ai.scailabs.vault.federation.vendor;

import org.jspecify.annotations.NullMarked;
