/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What commands are told of pictures and of the names of classes. */
@Internal
package org.lepcnn.cli.picture;

import org.lepcnn.core.api.Internal;
