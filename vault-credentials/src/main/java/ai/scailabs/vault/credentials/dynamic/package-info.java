/**
 * Where credentials are made for who asks (engines), and what they may do there (roles). Start with {@link ai.scailabs.vault.credentials.dynamic.EngineService}; what is made of it is a {@link
 * ai.scailabs.vault.credentials.lease.Lease}.
 */
@NullMarked
package ai.scailabs.vault.credentials.dynamic;

import org.jspecify.annotations.NullMarked;
