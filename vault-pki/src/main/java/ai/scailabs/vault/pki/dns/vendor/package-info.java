/**
 * Opens the zones of any provider. The only package that knows all vendors, whose classes are loaded when the first provider of theirs is opened. Start with
 * {@link ai.scailabs.vault.pki.dns.vendor.VendorZones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.vendor;

import org.jspecify.annotations.NullMarked;
