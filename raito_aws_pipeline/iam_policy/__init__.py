"""The language of IAM policies: documents, principals, actions, resources, conditions, and what they come to.

Pure: no call is made here, and nothing is known of Raito beside the model.
"""
