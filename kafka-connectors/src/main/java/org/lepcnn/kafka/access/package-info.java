/**
 * Who may do what at the broker: access rules (ACLs) and byte quotas of a gateway and of the edge
 * job.
 *
 * <p>The answer to a request goes to the results topic of the gateway on whose topic the request
 * stood, and nothing in a record says otherwise. So these rules are what keeps gateways apart: who
 * alone may write {@code lepcnn.requests.G} speaks for G, and who alone may read {@code
 * lepcnn.results.G} gets its answers.
 */
@NullMarked
@PublicApi
package org.lepcnn.kafka.access;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
