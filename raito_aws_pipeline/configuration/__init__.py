"""What `raito.yml` and the environment say, as typed settings.

Here: the one table of parameters, the file, `{{VAR}}`, the rules between parameters, the settings of each target.
Not here: who acts on them. Nobody else reads `raito.yml` or the environment for parameters.
"""
