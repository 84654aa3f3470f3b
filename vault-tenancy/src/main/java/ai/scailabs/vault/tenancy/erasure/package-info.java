/**
 * The end of keys and of what they wrap: asked for, waited for, confirmed, carried out, and proven by a report. Starts nothing that somebody has not asked for twice. Start with {@link
 * ai.scailabs.vault.tenancy.erasure.ErasureService}.
 */
@NullMarked
package ai.scailabs.vault.tenancy.erasure;

import org.jspecify.annotations.NullMarked;
