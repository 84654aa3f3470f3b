/**
 * Opens targets of any type. The only package that knows all vendors, whose drivers are loaded when the first target of theirs is opened. Start with
 * {@link ai.scailabs.vault.credentials.connector.vendor.VendorTargets}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector.vendor;

import org.jspecify.annotations.NullMarked;
