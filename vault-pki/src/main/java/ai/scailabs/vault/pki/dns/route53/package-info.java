/**
 * Zones at Amazon Route 53, by AWS's SDK, which talks to AWS's own endpoint only. The only package that knows it. Start with {@link ai.scailabs.vault.pki.dns.route53.Route53Zones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.route53;

import org.jspecify.annotations.NullMarked;
