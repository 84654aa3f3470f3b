/**
 * What every request passes before a controller sees it: limits, request id, token, scope. It never decides about a path. Start with
 * {@link ai.scailabs.vault.api.request.RequestGate} and {@link ai.scailabs.vault.api.request.CallInterceptor}.
 */
@NullMarked
package ai.scailabs.vault.api.request;

import org.jspecify.annotations.NullMarked;
