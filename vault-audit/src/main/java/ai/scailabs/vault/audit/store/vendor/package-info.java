/**
 * The stores of all vendors, each of which is loaded when the first of its buckets is opened. Holds who may use the service's own identity where. Start with
 * {@link ai.scailabs.vault.audit.store.vendor.VendorStores}.
 */
@NullMarked
package ai.scailabs.vault.audit.store.vendor;

import org.jspecify.annotations.NullMarked;
