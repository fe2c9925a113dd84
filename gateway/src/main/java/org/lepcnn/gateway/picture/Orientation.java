/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.png.PngMetadataReader;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/** EXIF's orientation of a picture: how it was held. */
final class Orientation {
  static final int UPRIGHT = 1;
  private static final int LAST = 8;

  private Orientation() {}

  /** 1 to 8; upright where a file says nothing, or nothing that can be read. */
  static int of(byte[] file) {
    try {
      Metadata metadata = metadata(PictureFormat.of(file), new ByteArrayInputStream(file));
      ExifIFD0Directory exif =
          metadata == null ? null : metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer stated = exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return stated == null || stated < UPRIGHT || stated > LAST ? UPRIGHT : stated;
    } catch (ImageProcessingException | IOException | RuntimeException e) {
      return UPRIGHT;
    }
  }

  private static Metadata metadata(PictureFormat format, ByteArrayInputStream in)
      throws ImageProcessingException, IOException {
    if (format == null) {
      return null;
    }
    return switch (format) {
      case JPEG -> JpegMetadataReader.readMetadata(in, List.of(new ExifReader()));
      case PNG -> PngMetadataReader.readMetadata(in);
      case WEBP -> WebpMetadataReader.readMetadata(in);
      case GIF, BMP -> null;
    };
  }
}
