/**
 * Requests for certificates that wait for somebody's approval: imported, approved or rejected, and signed once. What was approved is what is signed; whether it may be is asked of the finished bytes, as
 * everywhere. Start with {@link ai.scailabs.vault.pki.request.RequestService}.
 */
@NullMarked
package ai.scailabs.vault.pki.request;

import org.jspecify.annotations.NullMarked;
