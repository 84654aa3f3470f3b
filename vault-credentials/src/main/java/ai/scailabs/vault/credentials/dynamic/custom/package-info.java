/** Credentials that a service of the tenant's own makes, asked by signed calls. */
@NullMarked
package ai.scailabs.vault.credentials.dynamic.custom;

import org.jspecify.annotations.NullMarked;
