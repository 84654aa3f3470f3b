/**
 * HTTP and nothing else: how requests come in, answers go out, and which endpoint calls which service. Never a key, a cipher or a statement. Start with {@link
 * ai.scailabs.vault.api.ApiWiring}.
 */
@NullMarked
package ai.scailabs.vault.api;

import org.jspecify.annotations.NullMarked;
